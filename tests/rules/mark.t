@ip filter INPUT
-m mark --mark 1 ; -m mark --mark 0x1
-m mark --mark 0x10/0xf0 ; = ; mark=0x1f -> yes, mark=0x2f -> no
-m mark ! --mark 0x10/0xffffffff ; -m mark ! --mark 0x10 ; mark=0x10 -> no, mark=0 -> yes
-m mark --mark 10 ; -m mark --mark 0xa
-m mark --mark 0 ; -m mark --mark 0x0
