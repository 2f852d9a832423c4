@ip mangle PREROUTING
-p tcp -j ECN --ecn-tcp-remove ; =
