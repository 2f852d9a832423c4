@ip filter INPUT
-m statistic --mode random --probability 0.5 ; -m statistic --mode random --probability 0.50000000000 ; tcp -> unknown
-m statistic --mode random ! --probability 0.33 ; -m statistic --mode random ! --probability 0.33000000007
-m statistic --mode nth --every 3 ; -m statistic --mode nth --every 3 --packet 0
-m statistic --mode nth --every 3 --packet 2 ; =
-m statistic --mode nth ! --every 3 --packet 0 ; =
-m statistic --mode random --probability 0 ; -m statistic --mode random --probability 0.00000000000
