@ip raw PREROUTING
-j TRACE ; =
