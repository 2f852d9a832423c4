@ip filter INPUT
-m devgroup --src-group 0x1 ; =
-m devgroup ! --src-group 1/0xf ; -m devgroup ! --src-group 0x1/0xf
@ip filter OUTPUT
-m devgroup --dst-group 0x2 ; =
