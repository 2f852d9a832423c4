@ip6 filter INPUT
-m hl --hl-eq 255 ; = ; ttl=255 src=2001:db8::1 -> yes, ttl=64 src=2001:db8::1 -> no
-m hl ! --hl-eq 1 ; =
-m hl --hl-lt 5 ; =
-m hl --hl-gt 5 ; =
-m hl --hl 5 ; -m hl --hl-eq 5
