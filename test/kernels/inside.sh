# Runs in the guest, as its first process, from the directory of a copy of the project: the stages, one after the other.
# Lines with @@ are for the script outside (parse-console.ts).
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C NO_COLOR=1 TERM=dumb
cd /mnt/kith/project || exit 1
cgroup=/sys/fs/cgroup
bun=node_modules/.bin/bun

stage() { # stage NAME COMMAND...
  name=$1
  shift
  echo "@@ begin $name"
  "$@" 2>&1
  echo "@@ end $name $?"
}
as_user() { HOME=/tmp/home setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
tests() { "$bun" test --timeout 900000 "$@"; }

read -r KITH_TEST_SLOWNESS </mnt/kith/slowness
export KITH_TEST_SLOWNESS
mkdir -p /tmp/home
chown 65534:65534 /tmp/home
read -r wanted </mnt/kith/stages
for one in $wanted; do
  case $one in
    bare) stage 'without overlayfs and cgroups' tests ./test/kernels/bare.inside.ts ;;
    # From here on the kernel has both.
    full)
      /mnt/busybox insmod /mnt/overlay.ko
      mount -t cgroup2 none "$cgroup"
      ;;
    facts) stage 'facts' "$bun" test/kernels/facts.ts ;;
    cgroups) stage 'cgroups of version 2' tests ./test/kernels/cgroups.inside.ts ;;
    users) stage 'user namespaces' tests ./test/kernels/users.inside.ts ;;
    landlock) stage 'Landlock is off' tests ./test/kernels/no-landlock.inside.ts ;;
    root) stage 'sandbox tests, as root' tests $(cat /mnt/kith/tests) ;;
    user) stage 'sandbox tests, as an ordinary user' as_user "$bun" test --timeout 900000 $(cat /mnt/kith/tests) ;;
    *) echo "@@ lost no stage $one" ;;
  esac
done
echo '@@ done'
sync
echo b >/proc/sysrq-trigger
sleep 10
