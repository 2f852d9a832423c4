@ip filter INPUT
-m connbytes --connbytes 0:1000 --connbytes-mode packets --connbytes-dir original ; =
-m connbytes --connbytes 1000 --connbytes-mode bytes --connbytes-dir both ; =
-m connbytes ! --connbytes 1000: --connbytes-mode avgpkt --connbytes-dir reply ; -m connbytes ! --connbytes 1000 --connbytes-mode avgpkt --connbytes-dir reply
-m connbytes --connbytes :100 --connbytes-mode avgpkt --connbytes-dir reply ; -m connbytes --connbytes 0:100 --connbytes-mode avgpkt --connbytes-dir reply
