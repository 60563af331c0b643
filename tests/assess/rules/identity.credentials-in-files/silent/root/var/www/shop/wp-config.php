<?php
define( 'DB_PASSWORD', getenv('DB_PASSWORD') );
