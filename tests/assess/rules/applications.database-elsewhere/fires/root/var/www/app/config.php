$dsn = "mysql://shop:Geheim123@db2.example.com/shop";
