@ip filter INPUT
-p sctp --dport 100 ; -p sctp -m sctp --dport 100 ; sctp dport=100 -> yes, sctp dport=99 -> no
-p sctp -m sctp --sport 1:100 --chunk-types all INIT ; =
-p sctp -m sctp --chunk-types any DATA:Be,INIT ; =
-p sctp -m sctp ! --chunk-types only SACK ; =
