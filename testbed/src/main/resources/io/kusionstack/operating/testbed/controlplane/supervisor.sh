#!/bin/sh
# Owns the processes of one instance: none of them outlives what started this one.
#
#   supervisor.sh FOLDER ID < orders
#
# Orders, one a line: "start NAME" runs FOLDER/commands/NAME, "stop NAME" kills it, "detach" stays when the orders end.
# Orders that end without "detach" (their writer closed them, or was killed) end everything; so does SIGTERM.
# FOLDER/pids/NAME says which process runs, FOLDER/exits/NAME appears when it has ended.

# A session of its own: neither Ctrl-C nor a closed terminal reaches it.
session=
command -v setsid >/dev/null 2>&1 && session=setsid
if [ -n "$session" ] && [ "${3-}" != leader ]; then
  exec setsid sh "$0" "$1" "$2" leader
fi
[ -n "$session" ] || set -m
cd "$1" || exit 1
trap '' HUP INT PIPE
keepers=

end() {
  kill -9 "-$1" 2>/dev/null
  kill -9 "$1" 2>/dev/null
}

# Runs one program as the leader of a process group, so that what it starts ends with it.
keep() {
  child=
  stopped=
  trap 'stopped=yes; [ -z "$child" ] || end "$child"' TERM
  [ -n "$session" ] || set -m
  $session sh "commands/$1" >>"logs/$1.log" 2>&1 &
  child=$!
  # The signal may have come before the trap was set: the file tells as well.
  if [ -n "$stopped" ] || [ -e ending ]; then end "$child"; fi
  echo "$child" >"pids/$1"
  wait "$child"
  code=$?
  if [ -n "$stopped" ]; then
    wait "$child" 2>/dev/null
    end "$child"
  fi
  echo "$code" >"exits/$1.new" && mv "exits/$1.new" "exits/$1"
}

finish() {
  trap '' TERM
  : >ending
  for keeper in $keepers; do kill -TERM "${keeper#*:}" 2>/dev/null; done
  wait
  [ ! -e ephemeral ] || rm -rf data
  exit 0
}
trap finish TERM

while read -r order name; do
  case $order in
    start)
      keep "$name" </dev/null &
      keepers="$keepers $name:$!"
      ;;
    stop)
      others=
      for keeper in $keepers; do
        if [ "${keeper%%:*}" = "$name" ]; then
          kill -TERM "${keeper#*:}" 2>/dev/null
          wait "${keeper#*:}"
        else
          others="$others $keeper"
        fi
      done
      keepers=$others
      ;;
    detach)
      : >detached
      exec </dev/null
      wait
      finish
      ;;
  esac
done
finish
