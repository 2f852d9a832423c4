@ip mangle PREROUTING
-j CONNSECMARK --save ; =
