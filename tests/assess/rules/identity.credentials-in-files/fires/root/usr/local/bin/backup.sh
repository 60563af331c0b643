#!/bin/sh
# password=notthisone
DB_PASSWORD='hunter2horse'
mysqldump -u root shop > /srv/shop.sql
