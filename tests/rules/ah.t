@ip filter INPUT
-p ah -m ah --ahspi 1:10 ; =
-p ah -m ah ; =
-p ah --ahspi 500 ; -p ah -m ah --ahspi 500 ; proto=51 spi=500 -> yes, proto=51 spi=501 -> no
@ip6 filter INPUT
-m ah ; =
-m ah --ahspi 1:10 ! --ahlen 5 --ahres ; =
