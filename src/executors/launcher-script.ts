/**
 * What the launcher runs: Perl, because it is the one small program of every Linux and macOS that forks cheaply, takes
 * bytes as they are (no value is ever program text to it, as it would be to a shell), gives a child a process group,
 * and reports the exact wait status (a shell makes one number of "exit 137" and "killed by SIGKILL").
 *
 * It needs no module, so a bare interpreter is enough. Numbers that would need one: WNOHANG is 1 and EINTR is 4 on
 * Linux, macOS and the BSDs.
 *
 * - Both parent and child make the group: whoever comes first, it exists before anybody is told of it and before the
 *   program begins.
 * - Handlers, unlike ignored signals, are not inherited by a program: a step begins with the system's defaults.
 * - A SIGCHLD that comes just before `select` would not wake it; so with children it never sleeps longer than 50 ms.
 * - When the runner is gone, the guard ends what is left; asking the groups first costs nothing and needs no /proc.
 */
export const LAUNCHER_SCRIPT = String.raw`# baton: starts the steps of a run
$^F = 2;
open my $reports, '>&', \*STDOUT or exit 1;
$SIG{CHLD} = $SIG{PIPE} = sub { };
my ($input, $said, %running) = ('', "ready\n");

sub tell_all {
  while ($said ne '') {
    my $count = syswrite $reports, $said;
    if (defined $count) { substr($said, 0, $count) = '' }
    elsif ($! != 4) { $said = '' }
  }
}

sub launch {
  my ($id, $log, $folder, $unset, $set, @command) = @_;
  my $pid = fork;
  if (!defined $pid) { $said .= "? $id " . ($! + 0) . "\n"; return }
  if ($pid) {
    setpgrp $pid, $pid;
    $running{$pid} = 1;
    $said .= "+ $id $pid\n";
    return;
  }
  setpgrp 0, 0;
  delete @ENV{splice @command, 0, $unset};
  my %more = splice @command, 0, 2 * $set;
  @ENV{keys %more} = values %more;
  open(STDIN, '<', '/dev/null') && open(STDOUT, '>>', $log) && open(STDERR, '>&', \*STDOUT)
    && chdir($folder) && exec { $command[0] } @command;
  $said = "! $id " . ($! + 0) . "\n";
  tell_all();
  exit 127;
}

for (;;) {
  while ((my $pid = waitpid -1, 1) > 0) {
    delete $running{$pid};
    $said .= "- $pid $?\n";
  }
  while (length $input >= 4 && length $input >= 4 + unpack 'N', $input) {
    my $size = unpack 'N', $input;
    my ($what, @fields) = split /\0/, substr($input, 4, $size), -1;
    substr($input, 0, 4 + $size) = '';
    if ($what eq 'run') { launch(@fields) } else { %ENV = @fields }
  }
  tell_all();
  my $ready = '';
  vec($ready, 0, 1) = 1;
  next if select($ready, undef, undef, %running ? 0.05 : undef) < 1;
  my $count = sysread STDIN, $input, 65536, length $input;
  next if $count || !defined $count;
  kill TERM => map { -$_ } keys %running;
  exit 0;
}
`;
