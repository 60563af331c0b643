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
	{"<property name=\"password\" value=\"hunter2\"/>", "hunter2"},
	{"<Resource name=\"jdbc/db\" username=\"app\" password='hunter2' url=\"jdbc:x\"/>",
		"hunter2"},
	{"<add key=\"DbPassword\" value=\"hunter2\" />", "hunter2"},
	{"<connectionString>Server=10.0.0.5;User Id=sa;Password=hunter2;</connectionString>",
		"hunter2"},
	{"jdbc:oracle:thin:scott/hunter2@//10.0.0.5:1521/ORCL", "hunter2"},
	{"jdbc:mysql://10.0.0.5/db?user=a&password=hunter2&x=1", "hunter2"},
	{"https://10.0.0.5/hook?token=hunter2", "hunter2"},
	{"https://10.0.0.5/hook?access_token=hunter2&a=b", "hunter2"},
	{"https://10.0.0.5/api?key=hunter2", "hunter2"},
	{"https://10.0.0.5/api?apikey=hunter2", "hunter2"},
	{"https://10.0.0.5/api?sig=hunter2%3D", "hunter2"},
	{"https://hooks.slack.com/services/T00000000/B00000000/hunter2hunter2hunter2",
		"hunter2hunt"},
	{"0 3 * * * root mysqldump --password=hunter2 shop", "hunter2"},
	{"0 3 * * * root mysqldump -phunter2 -h 10.0.0.5 shop", "hunter2"},
	{"0 3 * * * root PGPASSWORD=hunter2 pg_dump -h 10.0.0.5 shop", "hunter2"},
	{"ExecStart=/usr/bin/agent --server 10.0.0.5 --password hunter2", "hunter2"},
	{"ExecStart=/usr/bin/agent --server 10.0.0.5 --token hunter2", "hunter2"},
	{"ExecStart=/usr/bin/agent --api-key hunter2 --server 10.0.0.5", "hunter2"},
	{"ExecStart=/usr/bin/agent -P hunter2 10.0.0.5", "hunter2"},
	{"Environment=\"DB_PASS=hunter2\" \"HOST=10.0.0.5\"", "hunter2"},
	{"Environment=DB_PASS=hunter2 HOST=10.0.0.5", "hunter2"},
	{"Environment=REDIS_URL=redis://:hunter2@10.0.0.5:6379/0", "hunter2"},
	{"{\"host\": \"10.0.0.5\", \"password\": \"hunter2\"}", "hunter2"},
	{"{\"host\":\"10.0.0.5\",\"auth\":{\"user\":\"a\",\"pass\":\"hunter2\"}}",
		"hunter2"},
	{"{\"passwd\":\"hun\\\"ter2 secret\",\"host\":\"10.0.0.5\"}", "ter2"},
	{"{\"client_secret\":\"hunter2\",\"host\":\"10.0.0.5\"}", "hunter2"},
	{"host 10.0.0.5 key hunter2", "hunter2"},
	{"secret hunter2 { server 10.0.0.5 }", "hunter2"},
	{"bindcredentials=hunter2 host=10.0.0.5", "hunter2"},
	{"credentials: \"hunter2\"", "hunter2"},
	{"olcRootPW: hunter2", "hunter2"},
	{"rootpw hunter2", "hunter2"},
	{"binddn cn=admin bindpw=hunter2", "hunter2"},
	{"ldap_default_authtok = hunter2", "hunter2"},
	{"wpa_passphrase=hunter2", "hunter2"},
	{"wpa-psk hunter2", "hunter2"},
	{"wireless-key hunter2", "hunter2"},
	{"PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", "5TF+lXXJ"},
	{"PreSharedKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", "5TF+lXXJ"},
	{"10.0.0.5 : PSK \"hunter2\"", "hunter2"},
	{"10.0.0.5 %any : PSK hunter2", "hunter2"},
	{"radius_server 10.0.0.5 hunter2", "hunter2"},
	{"AuthPass=hunter2", "hunter2"},
	{"AuthUser=x AuthPass hunter2", "hunter2"},
	{"auth_pass hunter2", "hunter2"},
	{"stats auth admin:hunter2", "hunter2"},
	{"user admin password hunter2", "hunter2"},
	{"user admin insecure-password hunter2", "hunter2"},
	{"proxy=http://user:hunter2@10.0.0.5:3128", "hunter2"},
	{"Acquire::http::Proxy \"http://user:hunter2@10.0.0.5:3128/\";", "hunter2"},
	{"//10.0.0.5/share /mnt cifs user=a,pass=hunter2 0 0", "hunter2"},
	{"//10.0.0.5/share /mnt cifs username=a%hunter2 0 0", "hunter2"},
	{"node.session.auth.password = hunter2", "hunter2"},
	{"discovery.sendtargets.auth.password_in = hunter2", "hunter2"},
	{"createUser bob SHA hunter2 AES hunter2", "hunter2"},
	{"rouser bob; rocommunity hunter2", "hunter2"},
	{"com2sec notConfigUser default hunter2", "hunter2"},
	{"trap2sink 10.0.0.5 hunter2", "hunter2"},
	{"trapcommunity hunter2", "hunter2"},
	{"Authorization: Basic hunter2hunt==", "hunter2"},
	{"X-Auth-Token: hunter2", "hunter2"},
	{"curl -H \"X-Vault-Token: hunter2\" http://10.0.0.5", "hunter2"},
	{"curl -uadmin:hunter2 http://10.0.0.5", "hunter2"},
	{"curl --user \"admin:hunter2\" http://10.0.0.5", "hunter2"},
	{"wget --http-password=hunter2 http://10.0.0.5", "hunter2"},
	{"wget --password hunter2 http://10.0.0.5", "hunter2"},
	{"ipmitool -H 10.0.0.5 -U a -P hunter2 power status", "hunter2"},
	{"net use x: \\\\10.0.0.5\\y /user:bob hunter2", "hunter2"},
	{"mount -t cifs //10.0.0.5/x /y -o username=a,password=hunter2", "hunter2"},
	{"lftp -u bob,hunter2 ftp://10.0.0.5", "hunter2"},
	{"lftp ftp://bob:hunter2@10.0.0.5", "hunter2"},
	{"ncftpput -u bob -p hunter2 10.0.0.5 / x", "hunter2"},
	{"expect \"assword:\" send \"hunter2\\r\"", "hunter2"},
	{"sshpass -phunter2 ssh root@10.0.0.5", "hunter2"},
	{"SSHPASS=hunter2 sshpass -e ssh 10.0.0.5", "hunter2"},
	{"redis-cli -h 10.0.0.5 -a hunter2 ping", "hunter2"},
	{"mongo --host 10.0.0.5 -u root -p hunter2", "hunter2"},
	{"psql \"host=10.0.0.5 user=a password=hunter2 dbname=x\"", "hunter2"},
	{"psql postgresql://a:hunter2@10.0.0.5/x", "hunter2"},
	{"sqlplus scott/hunter2@10.0.0.5/ORCL", "hunter2"},
	{"isql DSN sa hunter2 -h 10.0.0.5", "hunter2"},
	{"bcp db out x -S 10.0.0.5 -U sa -Phunter2", "hunter2"},
	{"sqlcmd -S 10.0.0.5 -U sa -P hunter2", "hunter2"},
	{"$db = mysql_connect(\"10.0.0.5\", \"root\", \"hunter2\");", "hunter2"},
	{"$db = new mysqli('10.0.0.5', 'root', 'hunter2', 'shop');", "hunter2"},
	{"$db = new PDO('mysql:host=10.0.0.5;dbname=x', 'root', 'hunter2');",
		"hunter2"},
	{"conn = psycopg2.connect(host=\"10.0.0.5\", user=\"a\", password=\"hunter2\")",
		"hunter2"},
	{"conn = MySQLdb.connect(\"10.0.0.5\",\"root\",\"hunter2\",\"shop\")",
		"hunter2"},
	{"DriverManager.getConnection(\"jdbc:mysql://10.0.0.5/x\", \"root\", \"hunter2\");",
		"hunter2"},
	{"$dbh = DBI->connect(\"DBI:mysql:x:10.0.0.5\", \"root\", \"hunter2\");",
		"hunter2"},
	{"ftp.login(\"bob\", \"hunter2\")", "hunter2"},
	{"quote PASS hunter2", "hunter2"},
	{"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"K7MDENG"},
	{"export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"K7MDENG"},
	{"AZURE_STORAGE_KEY=hunter2", "hunter2"},
	{"SharedAccessSignature=sv=2019&sig=hunter2", "hunter2"},
	{"licensekey=hunter2", "hunter2"},
	{"license_key: hunter2-1234", "hunter2"},
	{"SECRET_KEY='hunter2$%'", "hunter2"},
	{"define('AUTH_KEY', 'hunter2 put');", "hunter2"},
	{"define('NONCE_SALT', 'hunter2 put');", "hunter2"},
	{"encryption: key=hunter2", "hunter2"},
	{"ENCRYPTION_KEY: hunter2", "hunter2"},
	{"Passwort: hunter2", "hunter2"},
	{"password_verify hunter2", "hunter2"},
	{"GRUB_PASSWORD hunter2", "hunter2"},
	{"password --md5 $1$abcd$hunter2hunter2", "hunter2"},
	{"password_pbkdf2 root grub.pbkdf2.sha512.10000.hunter2", "hunter2"},
	{"linux /vmlinuz root=/dev/sda1 ip=10.0.0.5 ks=http://u:hunter2@10.0.0.5/ks",
		"hunter2"},
	{"zbx: TLSPSKIdentity=x TLSPSK=hunter2", "hunter2"},
	{"xoxb-1234-hunter2hunt", "hunter2"},
	{"npm_hunter2hunter2hunter2hunter2hunt", "hunter2"},
	{"dckr_pat_hunter2hunter2hunt", "hunter2"},
	{"pypi-AgEIcHlwaS5vcmchunter2", "hunter2"},
	{"server 10.0.0.5 { secret = hunter2 }", "hunter2"},
	{"client 10.0.0.5 { secret=\"hunter2\" }", "hunter2"},
	{"kadmin -p admin -w hunter2", "hunter2"},
	{"htpasswd -b /etc/f bob hunter2", "hunter2"},
	{"openssl enc -aes-256-cbc -pass pass:hunter2", "hunter2"},
	{"7z a -phunter2 x.7z y", "hunter2"},
	{"mail.smtp.auth=Zq7 smtp_password=hunter2", "hunter2"},
	{"user = bob, 10.0.0.5, pw: hunter2", "hunter2"},
	{"pwd : hunter2", "hunter2"},
	{"community: hunter2", "hunter2"},
	{"password = hunter two", "two"},
	{"db.password: hunter two", "two"},
	{"tool -p '$hunter2' x", "hunter2"},
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
	"ssl_certificate_key /etc/ssl/private/shop.key;",
	"//10.1.2.3/x /y cifs credentials=/etc/smb.credentials,uid=0 0 0",
	"-A INPUT -s 10.1.2.3/32 -p tcp -m tcp --dport 22 -j ACCEPT",
	"security key (1050:0407, YubiKey)",
	"ssh -p 2222 root@10.1.2.3 uptime",
	"mysqldump -p$SHOP_LOGIN shop",
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

/* Files whose lines tell nothing about what in them is secret. */
static void
files_of_secrets_show_what_is_none(void **state)
{
	static const struct {
		const char *path, *line, *left;
	} cases[] = {
		{"/root/.pgpass", "10.0.0.5:5432:shop:app:hunter2",
			"10.0.0.5:5432:shop:app:*******"},
		{"/etc/ppp/chap-secrets", "user * hunter2 10.0.0.5",
			"user * ********"},
		{"/etc/postfix/sasl_passwd", "[relay.example]:587 u:hunter2",
			"[relay.example]:587 ********"},
		{"/etc/pam_radius_auth.conf", "10.0.0.5:1812 hunter2 3",
			"10.0.0.5:1812 ********"},
		{"/etc/fstab", "/dev/sda1 / ext4 defaults 0 1",
			"/dev/sda1 / ext4 defaults 0 1"},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		strcpy(text, cases[i].line);
		secret_mask_line(text, cases[i].path);
		assert_string_equal(text, cases[i].left);
	}
}

static void
paths_keep_their_places(void **state)
{
	static const struct {
		const char *path, *left;
	} cases[] = {
		{"/etc/pam.d/common-password:3", "/etc/pam.d/common-password:3"},
		{"/srv/app/token=hunter2/app.conf:7",
			"/srv/app/token=*******/app.conf:7"},
		{"/root/bob:hunter2@shop.url:1", "/root/bob:*******@shop.url:1"},
		{"/etc/fstab:12", "/etc/fstab:12"},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		strcpy(text, cases[i].path);
		secret_mask_path(text);
		assert_string_equal(text, cases[i].left);
	}
}

static void
private_keys_are_masked_to_their_end(void **state)
{
	char text[] = "+-----BEGIN OPENSSH PRIVATE KEY-----\n+hunter2\n"
		      "+-----END OPENSSH PRIVATE KEY-----\n+visible\n";

	(void)state;
	secret_mask_lines(text, "/root/key");
	assert_null(strstr(text, "hunter2"));
	assert_non_null(strstr(text, "+visible\n"));
}

static void
lines_are_masked_each_for_itself(void **state)
{
	char text[] = "password\n=hello\n\n-password = hunter2hunter2\n"
		      "+pwd=hunter2\nlast";

	(void)state;
	secret_mask_lines(text, "/etc/app.conf");
	assert_string_equal(text, "password\n=hello\n\n-password = ********\n"
				  "+pwd=*******\nlast");
}

/* Nobody wrote them by hand, and to look through them would take hours. */
static void
very_long_lines_go_whole(void **state)
{
	static char text[100 << 10] = "short = visible\n-";
	size_t bytes = strlen(text);

	(void)state;
	memset(text + bytes, '@', sizeof text - bytes - 2);
	secret_mask_lines(text, "/etc/app.conf");
	assert_string_equal(text, "short = visible\n********");
}

static void
a_key_that_begins_in_a_very_long_line_is_masked(void **state)
{
	static const char end[] = "-----BEGIN PRIVATE KEY-----\nhunter2\n"
				  "-----END PRIVATE KEY-----\n";
	static char text[20 << 10];

	(void)state;
	memset(text, ' ', 10 << 10);
	strcat(text, end);
	secret_mask_lines(text, "/etc/app.conf");
	assert_null(strstr(text, "hunter2"));
}

/* At each key its word was gone through to both ends, for ten minutes. */
static void
a_word_of_keys_is_read_in_time(void **state)
{
	static char text[8193];

	(void)state;
	for (unsigned i = 0; i < 1500; i++) {
		for (size_t at = 0; at + 4 < sizeof text; at += 4)
			memcpy(text + at, "pass", 4);
		secret_mask(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(very_long_lines_go_whole),
		cmocka_unit_test(
			a_key_that_begins_in_a_very_long_line_is_masked),
		cmocka_unit_test(secrets_are_masked),
		cmocka_unit_test(secrets_are_masked_by_their_place),
		cmocka_unit_test(what_is_no_secret_stays),
		cmocka_unit_test(what_is_around_a_secret_stays),
		cmocka_unit_test(files_of_secrets_show_what_is_none),
		cmocka_unit_test(paths_keep_their_places),
		cmocka_unit_test(private_keys_are_masked_to_their_end),
		cmocka_unit_test(lines_are_masked_each_for_itself),
		cmocka_unit_test(a_word_of_keys_is_read_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
