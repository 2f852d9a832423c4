@ip filter INPUT
-p tcp -m tcpmss --mss 1 ; =
-p tcp -m tcpmss --mss 1:500 ; = ; tcp mss=400 -> yes, tcp mss=0 -> no, tcp mss=600 -> no
-p tcp -m tcpmss ! --mss 1400:1500 ; = ; tcp mss=1460 -> no, tcp mss=0 -> yes
