/// The shell between this process and a supervised program.
enum SupervisorScript {
    /// The last order: the program has ended, leave its files alone.
    static let release = "released"

    /// Arguments: the signal for a program whose owner died; a directory to delete then, or nothing; the program and
    /// its arguments. Standard input: one order a line, a signal's name or ``release``.
    ///
    /// - The first line of output is the program's process id: written by the process that then becomes the program.
    /// - `env` undoes what a shell does to background jobs, which is to ignore SIGINT and SIGQUIT.
    /// - Until `wait` collects it, the program's process id cannot belong to another process, so no signal goes astray.
    static let text = """
        farewell=$1 scratch=$2 owner=gone
        shift 2
        exec 3<&0
        env --default-signal=INT,QUIT sh -c 'printf "%s\\n" "$$"; exec "$@"' sh "$@" </dev/null 3<&- &
        program=$!
        exec >/dev/null 2>&1
        while read -r order <&3; do
            case $order in
                \(release)) owner=content ;;
                *) kill -s "$order" "$program" ;;
            esac
        done
        kill -s "$farewell" "$program"
        wait "$program"
        status=$?
        if [ "$owner" = gone ] && [ -n "$scratch" ]; then rm -rf -- "$scratch"; fi
        exit "$status"
        """
}
