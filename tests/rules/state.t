@ip filter INPUT
-m state --state NEW -j ACCEPT ; = ; state=new -> yes, state=established -> no
-m state --state ESTABLISHED,RELATED -j ACCEPT ; -m state --state RELATED,ESTABLISHED -j ACCEPT ; state=related -> yes, state=new -> no
-m state ! --state INVALID ; = ; state=invalid -> no, state=new -> yes
-m state --state NEW,UNTRACKED ; = ; state=untracked -> yes, state=established -> no
-m state --state NEW -p tcp --dport 22 ; -p tcp -m state --state NEW -m tcp --dport 22
