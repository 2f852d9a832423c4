@ip6 mangle PREROUTING
-j HL --hl-set 64 ; =
-j HL --hl-dec 1 ; =
-j HL --hl-inc 1 ; =
