@ip6 filter INPUT
-m frag --fragid 1:42 --fragfirst ; =
-m frag --fraglast ; =
-m frag --fragmore --fragres ; -m frag --fragres --fragmore
