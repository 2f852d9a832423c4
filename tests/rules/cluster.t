@ip filter INPUT
-m cluster --cluster-total-nodes 3 --cluster-local-node 1 --cluster-hash-seed 0xfeed ; -m cluster --cluster-local-nodemask 0x00000001 --cluster-total-nodes 3 --cluster-hash-seed 0x0000feed
-m cluster ! --cluster-total-nodes 3 --cluster-local-node 1 --cluster-hash-seed 1 ; -m cluster --cluster-local-nodemask 0x00000001 ! --cluster-total-nodes 3 --cluster-hash-seed 0x00000001
