/* A TPM may hold the key of an encrypted disk: the VM will not have it. */
#include "p2v/tpm.h"

#include "p2v/sysfs.h"

json_t *
tpm_facts(const char *root)
{
	static const char *const versions[] = {NULL, "1.2", "2.0"};
	int64_t major;

	if (!sysfs_exists("%s/sys/class/tpm/tpm0", root))
		return json_null();
	major = sysfs_number(0, "%s/sys/class/tpm/tpm0/tpm_version_major",
		root);
	if (major < 0 || major > 2)
		major = 0;
	return json_pack("{s:o}", "version", fact_text(versions[major]));
}
