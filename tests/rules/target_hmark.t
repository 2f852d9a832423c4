@ip mangle PREROUTING
-j HMARK --hmark-tuple src,dst --hmark-mod 100 --hmark-rnd 0xdeadbeef --hmark-offset 5 ; =
