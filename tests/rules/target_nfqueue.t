@ip filter INPUT
-j NFQUEUE ; -j NFQUEUE --queue-num 0
-j NFQUEUE --queue-num 5 ; =
-j NFQUEUE --queue-balance 0:3 --queue-bypass ; =
-j NFQUEUE --queue-num 1 --queue-bypass ; =
-j NFQUEUE --queue-balance 0:3 --queue-cpu-fanout ; =
