@ip filter INPUT
-m set --match-set foo src -j DROP ; = ; src=1.2.3.4 -> unknown
-m set ! --match-set foo src,dst -j DROP ; =
-m set --match-set foo dst --return-nomatch ! --update-counters ; =
@ip6 filter INPUT
-m set --match-set foo6 src ; =
