@ip mangle PREROUTING
-j TTL --ttl-set 64 ; =
-j TTL --ttl-dec 1 ; =
-j TTL --ttl-inc 2 ; =
