# bash completion for kiriwake
_kiriwake() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		check|run|server|fix|explain|read|firewall|causes|sources) command=$word; break ;;
		*[:./]*) command=check; break ;;
		esac
	done
	case $previous in
	--lang) mapfile -t COMPREPLY < <(compgen -W 'en ja' -- "$current"); return ;;
	--as) mapfile -t COMPREPLY < <(compgen -u -- "$current"); return ;;
	--ca|--pcap) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
	--for) mapfile -t COMPREPLY < <(compgen -W 'client subnet everyone' -- "$current"); return ;;
	--ruleset) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
	--commands-for) mapfile -t COMPREPLY < <(compgen -W 'windows macos linux' -- "$current"); return ;;
	--save|--host) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
	esac
	case $command in
	'') mapfile -t COMPREPLY < <(compgen -W 'check run server fix explain read firewall causes sources --help --version --lang --color' -- "$current"
			compgen -A hostname -- "$current") ;;
	check)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W '-4 -6 --source --server-name --ca --as --send --control --count --pcap --save --commands-for --timeout --json --lang --color -v --help' -- "$current")
		elif [[ $previous == check ]]; then
			# The words begin anew behind a colon, which readline breaks at.
			mapfile -t COMPREPLY < <(compgen -W 'tcp:// udp:// ssh:// telnet:// http:// https:// softether://' -- "$current"
				compgen -A hostname -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -A service -- "$current")
		fi ;;
	run)
		local i=2
		while [[ $i -lt $COMP_CWORD && ${COMP_WORDS[i]} == -* && ${COMP_WORDS[i]} != -- ]]; do
			case ${COMP_WORDS[i]} in -o|--output|--as|--lang|--color) i=$((i + 1)) ;; esac
			i=$((i + 1))
		done
		[[ ${COMP_WORDS[i]} == -- ]] && i=$((i + 1))
		if [[ $i -lt $COMP_CWORD ]] && declare -F _command_offset >/dev/null; then
			_command_offset "$i"
		elif [[ $current == -* && $i -ge $COMP_CWORD ]]; then
			mapfile -t COMPREPLY < <(compgen -W '--output --pass --as --no-check --json --lang --color -v --help --' -- "$current")
		elif [[ $i -lt $COMP_CWORD || $previous == -o || $previous == --output ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -c -- "$current")
		fi ;;
	server)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W '--from --no-wait --no-local --probe --timeout --pcap --save --host --json --lang --color -v --help' -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -A service -- "$current")
		fi ;;
	fix)
		if [[ $previous == fix ]]; then
			mapfile -t COMPREPLY < <(compgen -W 'plan rehearse apply experiment confirm undo status --help' -- "$current")
		elif [[ $current == -* ]]; then
			local more=--no-rehearse
			[[ " ${COMP_WORDS[*]} " == *' rehearse '* ]] && more=--experiment
			[[ " ${COMP_WORDS[*]} " == *' apply '* ]] && more='--confirm-within --auto-confirm --restart --unrehearsed --yes'
			[[ " ${COMP_WORDS[*]} " == *' experiment '* ]] && more='--unrehearsed --yes'
			[[ " ${COMP_WORDS[*]} " == *' confirm '* ]] && more=--same-session
			[[ " ${COMP_WORDS[*]} " == *' undo '* ]] && more='--pending --leave'
			mapfile -t COMPREPLY < <(compgen -W "--from --for --choose $more --wait --save --host --ruleset --packet --packet-from --address --json --lang --color -v --help" -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -A service -- "$current"; compgen -d -- "$current")
		fi ;;
	explain)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W '--at --ruleset --all --summary --json --jsonl --max-flows --lang --color --help' -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		fi ;;
	read)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W '-n -nn -S -# -t -tt -ttt -tttt -ttttt --coverage --help' -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		fi ;;
	firewall)
		if [[ $previous == firewall ]]; then
			mapfile -t COMPREPLY < <(compgen -W 'show trace audit diff --help' -- "$current")
		elif [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W '--save --packet --packet-from --address --ipset --root -4 -6 --json --lang --color --help' -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -W 'live boot' -- "$current"; compgen -f -- "$current")
		fi ;;
	sources) mapfile -t COMPREPLY < <(compgen -W '--json --lang --color --help' -- "$current") ;;
	causes) mapfile -t COMPREPLY < <(compgen -W "--json --lang $(kiriwake causes 2>/dev/null | cut -d' ' -f1)" -- "$current") ;;
	esac
}
complete -F _kiriwake kiriwake
