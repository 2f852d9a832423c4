@ip6 filter INPUT
-m eui64 ; =
