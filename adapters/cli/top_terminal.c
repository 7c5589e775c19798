#include "cli/top_terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The other screen, without a cursor and without wrapping; and back. */
static const char take[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
static const char give_back[] = "\033[?7h\033[?25h\033[?1049l";

static struct termios before;
static volatile sig_atomic_t is_open;
static volatile sig_atomic_t ended;

/* To the terminal; whether it arrives is not for a program about to end to mend. */
static void write_all(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDOUT_FILENO, text, size);

        if (written <= 0)
            return;
        text += written;
        size -= (size_t)written;
    }
}

bool hw_terminal_is(void)
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
}

/* Also in signal handlers: write and tcsetattr are safe there (POSIX, 2.4.3). */
void hw_terminal_close(void)
{
    if (!is_open)
        return;
    is_open = 0;
    write_all(give_back, sizeof give_back - 1);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void on_end(int number)
{
    (void)number;
    ended = 1;
}

static void on_resize(int number)
{
    (void)number; /* It wakes the wait: the next picture has the new size. */
}

static void on_crash(int number)
{
    hw_terminal_close();
    (void)raise(number); /* SA_RESETHAND: this time it ends the process. */
}

static void handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_flags = flags};

    action.sa_handler = handler;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

void hw_terminal_open(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    static const int crashing[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return;
    is_open = 1;
    (void)atexit(hw_terminal_close);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        handle(ending[i], on_end, 0);
    for (size_t i = 0; i < sizeof crashing / sizeof *crashing; i++)
        handle(crashing[i], on_crash, (int)SA_RESETHAND);
    handle(SIGWINCH, on_resize, 0);

    struct termios keys = before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 0;
    keys.c_cc[VTIME] = 0;
    keys.c_cc[VSUSP] = _POSIX_VDISABLE; /* Stopped, it would keep the screen. */
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    write_all(take, sizeof take - 1);
}

bool hw_terminal_ended(void)
{
    return ended != 0;
}

void hw_terminal_size(unsigned *ret_columns, unsigned *ret_lines)
{
    struct winsize size;

    *ret_columns = 80;
    *ret_lines = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return;
    *ret_columns = size.ws_col;
    *ret_lines = size.ws_row;
}

void hw_terminal_show(const char *text)
{
    write_all("\033[H", 3);
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        /* Erased first: behind the text that would take the last column away. */
        write_all(end[1] != '\0' ? "\033[K" : "\033[J", 3);
        write_all(text, (size_t)(end - text));
        if (end[1] != '\0') /* After the last line the screen would scroll. */
            write_all("\r\n", 2);
    }
}
