#!/bin/sh
PASSWORD=$(cat /run/secrets/db)
password="$1"
echo "enter your password"
