@ip6 filter INPUT
-m ipv6header --header hop-by-hop ; =
-m ipv6header --header ipv6-nonxt --soft ; =
-m ipv6header ! --header hop,dst ; -m ipv6header ! --header hop-by-hop,ipv6-opts
