@ip filter INPUT
-m connmark --mark 0x1 ; = ; ct-mark=1 state=new -> yes, ct-mark=2 state=new -> no, ct-mark=1 state=untracked -> no
-m connmark ! --mark 1/0xff ; -m connmark ! --mark 0x1/0xff ; ct-mark=0x101 state=new -> no, ct-mark=2 state=new -> yes, ct-mark=2 state=invalid -> no
