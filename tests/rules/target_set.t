@ip filter INPUT
-j SET --add-set foo src ; =
-j SET --add-set foo src,dst --exist --timeout 10 ; =
-j SET --del-set foo dst ; =
@ip mangle PREROUTING
-m set --match-set foo src -j SET --map-set foo src --map-mark ; =
