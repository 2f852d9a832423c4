@ip filter INPUT
-m limit ; -m limit --limit 3/hour
-m limit --limit 3/sec ; = ; tcp -> unknown
-m limit --limit 3/minute --limit-burst 10 ; -m limit --limit 3/min --limit-burst 10
-m limit --limit 60/min ; -m limit --limit 1/sec
-m limit --limit 5/hour ; =
-m limit --limit 10/day --limit-burst 5 ; -m limit --limit 10/day
-m limit --limit 1000/s ; -m limit --limit 1000/sec
-m limit --limit 7/m ; -m limit --limit 7/min
-m limit --limit 13/sec ; =
-m limit --limit 100/minute ; -m limit --limit 100/min
-m limit --limit 5 ; -m limit --limit 5/sec
@ip6 filter INPUT
-m limit --limit 5/sec ; =
