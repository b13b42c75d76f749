# slurm.sh - a Slurm of one node on this machine, for tests; sourced, never run. Needs root, slurm-wlm
# and munge.
#
#   slurm_start FOLDER   starts munge, the controller and one node daemon, with all their files and
#                        ports of their own; sets SLURM_CONF. 1 if they do not come up
#   slurm_node           starts the node daemon again, after somebody killed it
#   slurm_stop           ends all of them and whatever they run
#
# Plain users cannot start it, and a Slurm that this machine may have is left alone.
# shellcheck shell=sh

slurm_start() {
    slurm=$1
    mkdir -p "$slurm/state" "$slurm/spool" "$slurm/munge" || return 1
    chmod 755 "$slurm" && chmod 700 "$slurm/munge"
    head -c 128 /dev/urandom >"$slurm/munge/key" && chmod 400 "$slurm/munge/key"
    port=$((20000 + $$ % 20000))
    cat >"$slurm/slurm.conf" <<END
ClusterName=lowp
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge/socket
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdTimeout=10
KillWait=2
ReturnToService=2
NodeName=$(hostname) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    export SLURM_CONF="$slurm/slurm.conf"
    munged --force --key-file="$slurm/munge/key" --socket="$slurm/munge/socket" --pid-file="$slurm/munge/pid" \
        --log-file="$slurm/munge/log" --seed-file="$slurm/munge/seed" >"$slurm/munge/says" 2>&1 || return 1
    chmod 711 "$slurm/munge"
    slurmctld -c || return 1
    slurm_node || return 1
    for _ in $(seq 60); do
        [ "$(sinfo --noheader --format=%t 2>/dev/null)" != idle ] || return 0
        sleep 0.5
    done
    return 1
}

slurm_node() {
    slurmd
}

slurm_stop() {
    for file in slurmd.pid slurmctld.pid munge/pid; do
        [ ! -s "$slurm/$file" ] || kill "$(cat "$slurm/$file")" 2>/dev/null
    done
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        pgrep -f "slurmstepd: \\[" >/dev/null || break
        sleep 0.5
    done
    for file in slurmd.pid slurmctld.pid munge/pid; do
        [ ! -s "$slurm/$file" ] || kill -9 "$(cat "$slurm/$file")" 2>/dev/null
    done
}
