@ip filter INPUT
-m hashlimit --hashlimit-upto 10/sec --hashlimit-name foo ; -m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 5 --hashlimit-name foo
-m hashlimit --hashlimit 10/min --hashlimit-mode srcip --hashlimit-name foo ; -m hashlimit --hashlimit-upto 10/min --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name foo
-m hashlimit --hashlimit-above 100/hour --hashlimit-burst 10 --hashlimit-mode srcip,dstport --hashlimit-name foo ; =
-m hashlimit --hashlimit-upto 1/day --hashlimit-mode dstip,srcip --hashlimit-name foo --hashlimit-htable-expire 10000 ; -m hashlimit --hashlimit-upto 1/day --hashlimit-burst 5 --hashlimit-mode srcip,dstip --hashlimit-name foo --hashlimit-htable-expire 10000
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-srcmask 24 --hashlimit-name foo --hashlimit-htable-size 1024 --hashlimit-htable-max 2048 --hashlimit-htable-gcinterval 60000 --hashlimit-htable-expire 2000 ; -m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name foo --hashlimit-htable-size 1024 --hashlimit-htable-max 2048 --hashlimit-htable-gcinterval 60000 --hashlimit-htable-expire 2000 --hashlimit-srcmask 24
-m hashlimit --hashlimit-above 512kb/s --hashlimit-mode dstip --hashlimit-name bar ; =
-m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-mode dstip --hashlimit-name bar ; =
-m hashlimit ! --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name foo ; -m hashlimit --hashlimit-above 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name foo
-m hashlimit --hashlimit-upto 1000000b/s --hashlimit-name baz ; =
@ip6 filter INPUT
-m hashlimit --hashlimit-upto 10/sec --hashlimit-mode srcip --hashlimit-name six ; -m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name six
-m hashlimit --hashlimit-upto 10/sec --hashlimit-mode srcip --hashlimit-srcmask 64 --hashlimit-name six ; -m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name six --hashlimit-srcmask 64
