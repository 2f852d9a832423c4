@ip filter INPUT
-p tcp -j SYNPROXY --sack-perm --timestamp --mss 1460 --wscale 9 ; -p tcp -j SYNPROXY --sack-perm --timestamp --wscale 9 --mss 1460
-p tcp -m tcp --dport 80 -m state --state INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460 ; =
