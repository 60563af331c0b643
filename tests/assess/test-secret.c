#include "tests/harness.h"

#include <string.h>

#include "convert/assess/secret.h"

/* Each holds "hunter2" or another secret that must not be left. */
static const struct {
	const char *text, *secret;
} secrets[] = {
	{"password=hunter2", "hunter2"},
	{"DB_PASSWORD = 'hunter 2 long'", "hunter"},
	{"DB_PASSWORD = 'hunter 2 long'", "long"},
	{"\"password\": \"hunter2\",", "hunter2"},
	{"<password>hunter2</password>", "hunter2"},
	{"'dbpass' => 'hunter2',", "hunter2"},
	{"define('DB_PASSWORD', 'hunter2');", "hunter2"},
	{"requirepass hunter2", "hunter2"},
	{"machine x login y password hunter2", "hunter2"},
	{"postgres://shop:hunter2@10.0.0.5/shop", "hunter2"},
	{"amqp://a:hun/ter2@mq:5672", "hun/ter2"},
	{"shop:hunter2@tcp(10.0.0.5:3306)/shop", "hunter2"},
	{"Server=db;Uid=sa;Pwd=hunter2;", "hunter2"},
	{"mysqldump -u root -phunter2 shop", "hunter2"},
	{"curl -u admin:hunter2 http://x/", "hunter2"},
	{"smbclient //x/y -U bob%hunter2", "hunter2"},
	{"sshpass -p hunter2 ssh x", "hunter2"},
	{"rocommunity hunter2 10.0.0.0/8", "hunter2"},
	{"echo 'root:hunter2' | chpasswd", "hunter2"},
	{"Authorization: Bearer hunter2token", "hunter2"},
	{"IDENTIFIED BY 'hunter2'", "hunter2"},
	{"root:$6$salt$hunter2hunter2:18000:0", "hunter2"},
	{"userPassword: {SSHA}hunter2hunter2==", "hunter2"},
	{"aws_key AKIAHUNTER2HUNTER2XX", "HUNTER2"},
	{"x eyJhbGciOiJIUzI1NiJ9.eyJhdW50ZXIyfQ.abc y", "hbGciOi"},
	{"-----BEGIN RSA PRIVATE KEY----- MIIhunter2", "hunter2"},
	{"MIIEpAIBAAKCAQEAx9Zb3hunter2qL7Vn0Yt+Kc8/pQ", "hunter2"},
	{"api_key: hunter2", "hunter2"},
	{"export SECRET_TOKEN=hunter2", "hunter2"},
	{"psk=\"hunter2\"", "hunter2"},
	{"mysql -u root -p'hunter 2 long' shop", "long"},
	{"sshpass -p \"hunter 2 long\" ssh x", "long"},
	{"curl -ubob:hunter2 http://x/", "hunter2"},
	{"\"auth\": \"Ym9iOmh1bnRlcjI=\"", "Ym9i"},
	{"ldap_default_authtok = hunter2", "hunter2"},
	{"bindpw hunter2", "hunter2"},
	{"//f/s /m cifs username=a,password=hunter2,uid=0", "hunter2"},
	{"AccountKey=hunter2==;Endpoint=x", "hunter2"},
};

/* What only the file tells. */
static const struct {
	const char *path, *text, *secret;
} placed[] = {
	{"/root/.pgpass", "db.example.com:5432:shop:bob:hun:ter2", "ter2"},
	{"/etc/ppp/chap-secrets", "bob\t*\thunter2  10.0.0.5", "hunter2"},
	{"/etc/nginx/.htpasswd", "bob:rl.3StKT.4T8M", "3StKT"},
	{"/etc/postfix/sasl_passwd", "[mx.example.com]:587 bob:hunter2",
	  "hunter2"},
	{"/etc/samba/credentials", "password=hunter2,and more", "more"},
	{"/root/.my.cnf", "password = hunter2;x#y", "x#y"},
	{"/var/www/wp-config.php", "define('AUTH_KEY', 'a\\'hunter2');",
	  "hunter2"},
	{"/srv/app/.env", "STRIPE_KEY=hunter2&x", "&x"},
};

static const char *const harmless[] = {
	"UUID=aaaaaaaa-0000-4000-8000-000000000001 / ext4 defaults 0 1",
	"filer.example.com:/export/home /home nfs4 rw,hard 0 0",
	"PasswordAuthentication yes",
	"proxy_pass http://10.1.2.3:8080;",
	"/dev/disk/by-id/ata-WDC_WD5000AAKX-001CA0_WD-WCAYU1234567",
	"server 10.1.2.3:8080 weight=5;",
	"*/5 * * * * root /usr/local/bin/sync.sh 10.1.2.3",
	"bacula-fd 9.6.7-3",
	"linux /vmlinuz-5.10.0-28-amd64 root=/dev/sda1 ro quiet",
	"/usr/lib/x86_64-linux-gnu/libsystemd-shared-247.so.1.2.3",
};

static void
secrets_are_masked(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		strcpy(text, secrets[i].text);
		secret_mask(text);
		if (strstr(text, secrets[i].secret) != NULL)
			fail_msg("left in %s", text);
		assert_non_null(strchr(text, '*'));
	}
}

static void
secrets_are_masked_by_their_place(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof placed / sizeof *placed; i++) {
		strcpy(text, placed[i].text);
		secret_mask_line(text, placed[i].path);
		if (strstr(text, placed[i].secret) != NULL)
			fail_msg("left in %s", text);
		assert_non_null(strchr(text, '*'));
	}
	strcpy(text, "db_host=10.0.0.5");
	secret_mask_line(text, "/srv/app/.env");
	assert_string_equal(text, "db_host=10.0.0.5");
}

static void
what_is_no_secret_stays(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
		strcpy(text, harmless[i]);
		secret_mask(text);
		assert_string_equal(text, harmless[i]);
	}
}

static void
what_is_around_a_secret_stays(void **state)
{
	char text[] = "postgres://shop:hunter2@10.0.0.5/shop";

	(void)state;
	secret_mask(text);
	assert_string_equal(text, "postgres://shop:*******@10.0.0.5/shop");
}

static void
lines_are_masked_each_for_itself(void **state)
{
	char text[] = "password\n=hello\n\n-password = hunter2hunter2\n"
		      "+pwd=hunter2\nlast";

	(void)state;
	secret_mask_lines(text);
	assert_string_equal(text, "password\n=hello\n\n-password = ********\n"
				  "+pwd=*******\nlast");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_masked),
		cmocka_unit_test(secrets_are_masked_by_their_place),
		cmocka_unit_test(what_is_no_secret_stays),
		cmocka_unit_test(what_is_around_a_secret_stays),
		cmocka_unit_test(lines_are_masked_each_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
