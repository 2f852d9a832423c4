@ip6 filter INPUT
-m rt --rt-type 0 ; =
-m rt --rt-type 0 --rt-segsleft 1:23 ; =
-m rt ! --rt-type 0 --rt-len 42 ; =
-m rt --rt-type 0 --rt-0-res ; =
-m rt --rt-type 0 --rt-0-addrs ::1,::2 --rt-0-not-strict ; =
