@ip filter INPUT
-p esp -m esp --espspi 500 ; =
-p esp -m esp ! --espspi 1:1000 ; = ; proto=50 spi=5 -> no, proto=50 spi=1001 -> yes
-p esp -m esp ; =
-p esp --espspi 0x32 ; -p esp -m esp --espspi 50
@ip6 filter INPUT
-p esp -m esp --espspi 10 ; =
