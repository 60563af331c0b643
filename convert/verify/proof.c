/*
 * From what was seen to a verdict.  No input or output here, so that every case
 * can be tested; verify.c does the seeing.
 */
#include "convert/verify/proof.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/emit/vm.h"
#include "convert/verify/expect.h"
#include "convert/verify/interfaces.h"

static bool
any_answered(const struct observation *seen)
{
	for (size_t i = 0; i < seen->expectation_count; i++)
		if (seen->expectations[i].answered)
			return true;
	return false;
}

bool
proof_is_up(const struct observation *seen)
{
	return seen->watch->reached[WATCH_LOGIN] || seen->facts != NULL ||
		any_answered(seen);
}

static void
check_mounts(json_t *problems, const json_t *facts, const json_t *wanted)
{
	const json_t *mount, *seen;
	size_t i, j;

	json_array_foreach(wanted, i, mount) {
		const char *target = json_text(mount, "target", "/");
		bool found = *target != '/' ||
			json_flag(mount, "noauto", 0);

		json_array_foreach(json_object_get(facts, "mounts"), j, seen)
			found |= strcmp(json_text(seen, "target", ""),
				target) == 0;
		if (!found)
			json_add(problems, "%s is not mounted", target);
	}
}

/* What waits for the network fails with a part of it. */
static void
check_unit(json_t *problems, json_t *excused, const char *unit)
{
	if (json_array_size(excused) > 0 && interfaces_unit_waits(unit))
		json_add(excused, "unit %s failed, which waits for that", unit);
	else
		json_add(problems, "unit %s failed", unit);
}

static void
check_facts(json_t *problems, json_t *excused, const struct observation *seen)
{
	const json_t *guest = seen->vm->guest, *item;
	size_t wanted = json_array_size(json_object_get(guest, "swap")), i;
	size_t on = json_array_size(json_object_get(seen->facts, "swap"));

	interfaces_check(problems, excused, seen->facts, guest);
	if (on < wanted)
		json_add(problems, "%zu of %zu swap areas are on", on, wanted);
	check_mounts(problems, seen->facts, json_object_get(guest, "mounts"));
	json_array_foreach(json_object_get(seen->facts, "failed_units"), i, item)
		check_unit(problems, excused, json_string_value(item));
}

static void
check_isolation(json_t *problems, const struct observation *seen)
{
	for (size_t i = 0; i < seen->vm->nic_count; i++)
		if (seen->packets[i].answers > 0)
			json_add(problems, "isolation is broken: %ju frames from "
				"outside reached card %zu",
				(uintmax_t)seen->packets[i].answers, i + 1);
}

static bool
guest_sent_frames(const struct observation *seen)
{
	for (size_t i = 0; i < seen->vm->nic_count; i++)
		if (seen->packets[i].from_guest > 0)
			return true;
	return false;
}

json_t *
proof_problems(const struct observation *seen, json_t *excused)
{
	const struct vm_nic *nic = &seen->vm->nics[seen->nic];
	json_t *problems = json_array();

	if (seen->watch->failure != NULL)
		json_add(problems, "%s: %s", seen->watch->failure,
			seen->watch->evidence);
	if (seen->stop_reason != NULL)
		json_add(problems, "the VM stopped by itself (%s)",
			seen->stop_reason);
	if (seen->facts != NULL)
		check_facts(problems, excused, seen);
	else if (seen->has_witness)
		json_add(problems, "the guest did not report on itself: its "
			"names, addresses, swap and units were not checked");
	if (seen->expectation_count > 0 && !any_answered(seen) &&
		!guest_sent_frames(seen))
		json_add(problems, "no network: the guest sent no frame");
	for (size_t i = 0; i < seen->expectation_count; i++)
		if (!seen->expectations[i].answered)
			json_add(problems, "nothing answers on tcp:%u of %s%s%s",
				seen->expectations[i].port, nic->subnet.guest,
				*nic->name ? ", " : "", nic->name);
	/* One that was there may have been switched off by somebody. */
	if (strcmp(json_text(seen->vm->guest, "guest_agent", ""), "added") ==
			0 && !seen->agent_answered)
		json_add(problems, "the guest agent does not answer");
	check_isolation(problems, seen);
	return problems;
}

static const char *
last_milestone(const struct watch *watch)
{
	for (size_t i = WATCH_MILESTONE_COUNT; i-- > 0;)
		if (watch->reached[i])
			return watch_name((enum watch_milestone)i);
	return NULL;
}

static void
explain_no_boot(char *reason, size_t room, const struct observation *seen)
{
	const char *last = last_milestone(seen->watch);

	if (seen->watch->failure != NULL)
		snprintf(reason, room, "%s: %.180s", seen->watch->failure,
			seen->watch->evidence);
	else if (seen->stop_reason != NULL)
		snprintf(reason, room, "the VM stopped by itself (%s) after %s",
			seen->stop_reason, last == NULL ? "nothing" : last);
	else if (last == NULL)
		snprintf(reason, room, "nothing on the console within %.0f s",
			seen->seconds);
	else
		snprintf(reason, room, "stuck after %s: no login prompt within "
			"%.0f s", last, seen->seconds);
}

static void
explain_boot(char *reason, size_t room, const struct observation *seen,
	size_t excused)
{
	const struct watch *watch = seen->watch;
	size_t used;

	if (watch->reached[WATCH_LOGIN])
		snprintf(reason, room, "login prompt after %.0f s",
			watch->seconds[WATCH_LOGIN]);
	else
		snprintf(reason, room, "up after %.0f s", seen->seconds);
	for (size_t i = 0; i < seen->expectation_count; i++) {
		used = strlen(reason);
		snprintf(reason + used, room - used, "; tcp:%u answers",
			seen->expectations[i].port);
	}
	used = strlen(reason);
	snprintf(reason + used, room - used, seen->facts == NULL
		? "; not checked from inside"
		: "; interfaces, swap, mounts and units as they should be");
	used = strlen(reason);
	if (excused > 0)
		snprintf(reason + used, room - used,
			", but for %zu that need more than an isolated network",
			excused);
}

static void
judge(const struct observation *seen, const json_t *problems,
	const json_t *excused, struct verify_verdict *verdict)
{
	size_t count = json_array_size(problems);
	char *reason = verdict->reason;
	const size_t room = sizeof verdict->reason;

	if (!proof_is_up(seen)) {
		strcpy(verdict->verdict, "does-not-boot");
		explain_no_boot(reason, room, seen);
	} else if (count > 0) {
		strcpy(verdict->verdict, "boots-with-problems");
		snprintf(reason, room, "%.200s%s",
			json_string_value(json_array_get(problems, 0)),
			count > 1 ? "; and more" : "");
	} else {
		strcpy(verdict->verdict, "boots");
		explain_boot(reason, room, seen, json_array_size(excused));
	}
}

static json_t *
compose_milestones(const struct watch *watch)
{
	json_t *list = json_array();

	for (size_t i = 0; i < WATCH_MILESTONE_COUNT; i++)
		if (watch->reached[i])
			json_array_append_new(list, json_pack("{s:s, s:f}",
				"name", watch_name((enum watch_milestone)i),
				"seconds", watch->seconds[i]));
	return list;
}

static json_t *
compose_expectations(const struct observation *seen)
{
	const struct vm_nic *nic = &seen->vm->nics[seen->nic];
	json_t *list = json_array();

	for (size_t i = 0; i < seen->expectation_count; i++) {
		char port[16];

		snprintf(port, sizeof port, "tcp:%u",
			seen->expectations[i].port);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}",
			"port", port, "interface", nic->name, "address",
			nic->subnet.guest, "answered",
			seen->expectations[i].answered));
	}
	return list;
}

/*
 * QEMU lets nothing out; the packets are the evidence.  "frames_to_outside" are
 * those that found somebody there, which are none unless it does not hold.
 */
static json_t *
compose_isolation(const struct observation *seen)
{
	uint64_t frames = 0, attempts = 0, answers = 0;

	for (size_t i = 0; i < seen->vm->nic_count; i++) {
		frames += seen->packets[i].frames;
		attempts += seen->packets[i].attempts;
		answers += seen->packets[i].answers;
	}
	return json_pack("{s:I, s:I, s:I}", "frames", (json_int_t)frames,
		"attempts_to_outside", (json_int_t)attempts,
		"frames_to_outside", (json_int_t)answers);
}

json_t *
proof_compose(const struct observation *seen,
	struct verify_verdict *verdict_out)
{
	AUTO(json_decrefpp) json_t *excused = json_array();
	AUTO(json_decrefpp) json_t *problems = proof_is_up(seen)
		? proof_problems(seen, excused) : json_array();
	json_t *proof = json_object();
	char started[32];
	struct tm utc;

	gmtime_r(&seen->started, &utc);
	strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", &utc);
	judge(seen, problems, excused, verdict_out);
	json_set_text(proof, "format", "unrack-proof/1");
	json_set_text(proof, "verdict", verdict_out->verdict);
	json_set_text(proof, "reason", verdict_out->reason);
	json_set_text(proof, "started", started);
	json_object_set_new(proof, "seconds", json_real(seen->seconds));
	json_set_text(proof, "accelerator", seen->accelerator);
	json_object_set_new(proof, "milestones",
		compose_milestones(seen->watch));
	json_object_set(proof, "problems", problems);
	json_object_set(proof, "excused", excused);
	json_object_set_new(proof, "expectations", compose_expectations(seen));
	json_object_set_new(proof, "facts", seen->facts == NULL ? json_null()
		: json_deep_copy(seen->facts));
	if (seen->vm->agent)
		json_object_set_new(proof, "guest_agent_answered",
			json_boolean(seen->agent_answered));
	json_object_set_new(proof, "isolation", compose_isolation(seen));
	return proof;
}
