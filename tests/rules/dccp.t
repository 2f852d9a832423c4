@ip filter INPUT
-p dccp -m dccp --sport 1:10 --dport 5 ; = ; proto=33 sport=3 dport=5 -> yes, proto=33 sport=11 dport=5 -> no
-p dccp -m dccp --dccp-types REQUEST,RESPONSE ; =
-p dccp -m dccp ! --dccp-types RESET ; =
