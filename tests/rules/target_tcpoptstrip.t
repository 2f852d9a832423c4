@ip mangle PREROUTING
-p tcp -j TCPOPTSTRIP --strip-options timestamp,sack ; -p tcp -j TCPOPTSTRIP --strip-options 5,8
-p tcp -j TCPOPTSTRIP --strip-options 5,8 ; =
