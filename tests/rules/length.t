@ip filter INPUT
-m length --length 100 ; =
-m length --length 100:200 ; = ; length=100 -> yes, length=201 -> no
-m length --length 100: ; -m length --length 100:65535
-m length --length :100 ; -m length --length 0:100
-m length ! --length 5:5 ; -m length ! --length 5 ; length=5 -> no, length=60 -> yes
