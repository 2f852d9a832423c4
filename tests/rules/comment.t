@ip filter INPUT
-m comment --comment simple ; =
-m comment --comment "two words" ; = ; tcp -> yes
-m comment --comment "it's \"quoted\" \\ here" ; -m comment --comment "it\'s \"quoted\" \\ here"
-m comment --comment a.b/c:d ; -m comment --comment "a.b/c:d"
-m comment --comment "" ; =
-m comment --comment "-dash" ; -m comment --comment -dash
@ip6 filter INPUT
-m comment --comment "six" ; -m comment --comment six
