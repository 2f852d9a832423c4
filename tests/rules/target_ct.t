@ip raw PREROUTING
-j CT --notrack ; =
-p tcp --dport 21 -j CT --helper ftp ; -p tcp -m tcp --dport 21 -j CT --helper ftp
-j CT --zone 5 ; =
-j CT --zone mark ; =
-j CT --zone-orig 5 ; =
-j CT --ctevents new,destroy ; =
-j CT --expevents new ; =
@ip6 raw PREROUTING
-j CT --notrack ; =
