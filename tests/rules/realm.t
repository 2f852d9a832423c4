@ip filter INPUT
-m realm --realm 0x1 ; =
-m realm --realm 0x10/0xf0 ; =
