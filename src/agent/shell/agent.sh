# The agent in POSIX shell, for images and pods without Node. Runs in dash, busybox's ash and bash, with nothing but
# one of curl, wget (with head) and nc (with head). Writes lines that src/agent/shell/decode.ts reads:
#
#   @affinity hello CLIENT TOOL CLOCK                what it works with
#   @affinity start SCHEME EPOCH_MS                  right before the first request
#   @affinity o NUMBER AT_MS TOOK_US EXIT PORT ANSWER
#                                                    one request; line feeds of the answer are unit separators
#   @affinity end REASON REQUESTS DURATION_MS
#   @affinity error WORDS
#
# TOOK_US is curl's own measurement where it is the tool. EXIT is curl's exit code and PORT the port that it used; other
# tools leave - there.
# Arguments: see src/agent/shell/arguments.ts.
LC_ALL=C
export LC_ALL
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
set -f
nl='
'
separator=`printf '\037'`
scheme=$1 host=$2 port=$3 path=$4 name=$5 requests=$6 duration=$7 interval=$8 timeout=$9
shift 9
insecure=$1 deadline=$2 attached=$3 marker=$4 where=$5 bytes=$6 by_chance=$7
# Clients of one Job are told apart by it.
case $attached,$marker,${JOB_COMPLETION_INDEX:-0} in
1,* | *,,* | *,0) ;;
*) marker=${marker}c$JOB_COMPLETION_INDEX ;;
esac
# Whole seconds, for those who know no others.
seconds=$(((timeout + 999) / 1000))
case $host in *:*) at="[$host]:$port" ;; *) at=$host:$port ;; esac

say() { printf '@affinity %s\n' "$*" || exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
fail() {
  say "error $*"
  exit 1
}

finish() {
  say "end $1 $((number - 1)) $((now - first))"
  exit 0
}

# Milliseconds in $now. Without a clock that is fine enough, the time since the machine was started in steps of 10 ms.
case ${EPOCHREALTIME-} in
*[.,]??????)
  clock=bash
  look() {
    now=$EPOCHREALTIME
    now=${now%???}
    now=${now%[.,]*}${now#*[.,]}
  }
  ;;
*)
  case `date +%s%N 2>/dev/null` in
  *[!0-9]* | '') clock=uptime ;;
  ???????????????????*) clock=date ;;
  *) clock=uptime ;;
  esac
  if [ $clock = date ]; then
    look() {
      now=`date +%s%N`
      now=${now%??????}
    }
  elif read -r now _ 2>/dev/null </proc/uptime; then
    look() {
      read -r now _ </proc/uptime
      now=${now%.*}${now#*.}0
      now=${now#0}
    }
  else
    clock=seconds
    look() { now=`date +%s`000; }
  fi
  ;;
esac

fractions=0
! sleep 0.001 2>/dev/null || fractions=1
# Milliseconds. Where a sleep is of whole seconds, requests come in bursts, and the rate is kept on average.
pause() {
  if [ $fractions = 1 ]; then
    rest=00$(($1 % 1000))
    sleep $(($1 / 1000)).${rest#${rest%???}}
  elif [ "$1" -ge 1000 ]; then sleep $(($1 / 1000)); fi
}

# How long it is from one start to the next, in $gap, as in src/agent/requests/pacing.ts. Not all shells know RANDOM.
draw() {
  gap=$interval
  [ "$by_chance" = 1 ] && [ $number -gt 2 ] || return 0
  gap=$((interval / 4))
  while
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    [ $((seed / 65536 % 4)) != 0 ]
  do gap=$((gap + interval / 4)); done
}

# Runs a program that keeps to no time limit of its own, and leaves no process: busybox's timeout leaves one to the first
# process of the container, which seldom takes care of it. Input comes from 4, as what runs in the background has none.
within() {
  "$@" <&4 &
  it=$!
  (
    nap=
    trap 'kill $nap; wait; exit' TERM
    sleep $seconds &
    nap=$!
    wait $nap
    kill $it
  ) >/dev/null 2>&1 &
  dog=$!
  wait $it
  [ $? -ne 143 ] || echo "$tool: timed out"
  kill $dog 2>/dev/null
  wait $dog 2>/dev/null
}
tool=
for each in curl wget nc; do
  if has $each && { [ $each = curl ] || has head; }; then
    tool=$each
    break
  fi
done
[ -n "$tool" ] || fail 'it has none of curl, wget and nc (the last two need head)'
limit=$((timeout / 1000)).`rest=00$((timeout % 1000)) && printf %s ${rest#${rest%???}}`
options=
case $tool in
curl)
  [ "$insecure" = 0 ] || options=-k
  ask() {
    answer=`curl -sSi -m $limit --limit-rate $((4096 / seconds))k --noproxy '*' -A "$agent" -H 'Connection: close' \
      -H "Host: $name" $options ${connect:+--connect-to "$connect"} -g \
      -w "$nl@%{local_port} %{time_total}" "$1" 2>&1`
    code=$?
  }
  ;;
wget)
  # That of Debian's busybox 1.35 crashes when it is given a time limit.
  { wget -q -T 1 -O /dev/null http://127.0.0.1:1/; } >/dev/null 2>&1
  if [ $? -le 128 ]; then fetch="wget -T $seconds"; else fetch='within wget'; fi
  case `wget --help 2>&1` in
  *GNU*)
    options='--content-on-error --no-http-keep-alive -t 1 --no-proxy --max-redirect=0'
    [ "$insecure" = 0 ] || options="$options --no-check-certificate"
    ;;
  esac
  ask() {
    answer=`$fetch -q -S -O - -U "$agent" --header "Host: $name" $options "$1" 2>&1 4<&0 | head -c $bytes`
    code=-
  }
  ;;
nc)
  # That of busybox limits the time to connect only.
  case `nc --help 2>&1` in *BusyBox*) options=within ;; esac
  ask() {
    answer=`printf 'GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n' "$target" "$name" \
      "$agent" | $options nc -w $seconds "$host" "$port" 2>&1 4<&0 | head -c $bytes`
    code=-
  }
  ;;
esac

# One request: the answer in $answer.
request() {
  target=$path agent=kubectl-affinity connect=
  case $marker,$where,$path in
  ,*) ;;
  *,header,*) agent="kubectl-affinity/$marker-$number" ;;
  *\?*) target=$path\&affinity-probe=$marker-$number ;;
  *) target=$path?affinity-probe=$marker-$number ;;
  esac
  if [ "$scheme" = https ]; then
    # The name is what the certificate is for; the address is where to connect to.
    connect=::$at
    ask "https://${name%:*}:$port$target"
  else ask "http://$at$target"; fi
}

work() {
  say "hello ${JOB_COMPLETION_INDEX:-0} $tool $clock"
  number=1
  first=0
  now=0
  trap 'finish signal' TERM INT
  if [ "$scheme" = auto ]; then
    scheme=http
    marked=$marker marker=
    request
    marker=$marked
    case $answer in
    *HTTP/*\ 400\ *[Hh][Tt][Tt][Pp][Ss]*) scheme=https ;;
    *HTTP/*) ;;
    *)
      # Nothing that is HTTP: TLS, if that answers. An error is for the requests to tell.
      if [ $tool != nc ]; then
        scheme=https
        request
        case $answer in *HTTP/*) ;; *) scheme=http ;; esac
      fi
      ;;
    esac
  fi
  [ $scheme != https ] || [ $tool != nc ] || fail 'it has neither curl nor wget, and nc knows no TLS'
  [ $scheme != https ] || [ $tool != wget ] || [ "$insecure" = 1 ] || [ -n "$options" ] ||
    fail 'its wget does not verify certificates; --insecure leaves it at that'
  look
  first=$now next=$now seed=$((now + $$ + ${JOB_COMPLETION_INDEX:-0} * 7919))
  say "start $scheme `date +%s`000"
  while [ $number -le "$requests" ]; do
    [ $((next - first)) -lt "$duration" ] || finish duration
    [ $next -le $now ] || pause $((next - now))
    look
    [ $((now - first)) -lt $((deadline * 1000)) ] || finish duration
    start=$now
    request
    look
    took=$(((now - start) * 1000))
    port_used=-
    if [ $tool = curl ]; then
      end=${answer##*"$nl@"}
      case $end in
      *\ *.*)
        answer=${answer%"$nl@"*}
        port_used=${end%% *} end=${end#* }
        # 0.001234, of which older ones write fewer digits.
        rest=${end#*.}000000
        took=${end%%.*}${rest%${rest#??????}}
        ;;
      esac
    fi
    old=$IFS
    IFS=$nl
    set -- $answer
    IFS=$separator
    line="$*"
    IFS=$old
    printf "@affinity o %s %s %s %s %s %.${bytes}s\n" $number $((start - first)) "$took" "$code" "$port_used" "$line" || exit 1
    number=$((number + 1))
    draw
    next=$((next + gap))
    [ $next -ge $now ] || next=$now
  done
  finish done
}

[ "$attached" = 1 ] || work
# Who started this by exec is gone when the input ends. The work is done by a child, so that this can wait for the end
# of its input and then for the child: the first process of a container seldom takes care of orphans.
exec 3<&0
work </dev/null 3<&- &
worker=$!
while read -r _ <&3; do :; done
kill $worker 2>/dev/null
# A request that is under way ends first.
tries=$((seconds * 10 + 10))
while [ $tries -gt 0 ] && kill -0 $worker 2>/dev/null; do
  sleep 0.1 2>/dev/null || sleep 1
  tries=$((tries - 1))
done
kill -9 $worker 2>/dev/null
wait
