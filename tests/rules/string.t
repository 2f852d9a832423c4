@ip filter INPUT
-m string --string foo --algo bm ; -m string --string "foo" --algo bm ; tcp -> unknown
-m string --string "foo bar" --algo kmp --from 10 --to 100 ; =
-m string ! --string foo --algo bm --icase ; -m string ! --string "foo" --algo bm --icase
-m string --hex-string "|0d0a|" --algo bm ; =
-m string --hex-string "abc|00 01|def" --algo bm ; -m string --hex-string "|6162630001646566|" --algo bm
-m string --algo bm --string "x\"y" ; -m string --string "x\"y" --algo bm
