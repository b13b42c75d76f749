#!/usr/bin/perl
# mutate.pl - spoils a C or CUDA file in every single place. Called by mutation.sh:
#
#   mutate.pl FILE FOLDER
#
# Writes FOLDER/NNNN.c (or .cu), each with one change, and on stdout a line for each, with tabs between:
# NNNN, function, line, the line before, the line after. What is changed:
#   operators    + - * / % << >> & | ^ and their assignments for an opposite, comparisons for the next and
#                the opposite one, && for ||, ++ for --; unary - ! ~ taken away
#   constants    whole numbers one more and one less, others doubled, 0.0 to 1; true for false; an array's size
#                is only made less, as a larger one is no other program
#   conditions   of if, while and ?: always true, always false
#   statements   one that is no declaration, and no return at a function's end, taken away
# Comments, strings and what the preprocessor reads stay as they are. Some changes do not compile, some
# change nothing: whoever compiles them finds out.
use strict;
use warnings;

die "usage: grader/adversary/mutate.pl FILE FOLDER\n" unless @ARGV == 2;
my ($path, $folder) = @ARGV;
my ($end) = $path =~ /(\.\w+)$/;
open my $in, '<', $path or die "$path: $!\n";
my $text = do { local $/; <$in> };
close $in;

# --- tokens: [kind, text, offset], without blanks, comments and the preprocessor's lines ---
my @tokens;
while ($text =~ m{
      \G (?: (?<skip> \s+ | //[^\n]* | /\*.*?\*/ | ^\#(?:[^\n]*\\\n)*[^\n]* | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' )
           | (?<word> [A-Za-z_]\w* )
           | (?<number> 0[xX][0-9A-Fa-f.]+(?:[pP][+-]?\d+)?[uUlLfF]* | (?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uUlLfF]* )
           | (?<sign> <<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|::|. ) ) }gmsx) {
    my ($kind) = grep { defined $+{$_} } qw(skip word number sign);
    push @tokens, [$kind, $+{$kind}, $-[0]] unless $kind eq 'skip';
}

my %instead = (
    '+' => ['-'], '-' => ['+'], '*' => ['/'], '/' => ['*'], '%' => ['*'],
    '<<' => ['>>'], '>>' => ['<<'], '&' => ['|'], '|' => ['&'], '^' => ['|'],
    '<' => ['<=', '>='], '<=' => ['<', '>'], '>' => ['>=', '<='], '>=' => ['>', '<'],
    '==' => ['!='], '!=' => ['=='], '&&' => ['||'], '||' => ['&&'], '++' => ['--'], '--' => ['++'],
    '+=' => ['-=', '='], '-=' => ['+='], '*=' => ['/='], '/=' => ['*='], '%=' => ['*='],
    '<<=' => ['>>='], '>>=' => ['<<='], '&=' => ['|='], '|=' => ['&=', '='], '^=' => ['|=']);
my %control = map { $_ => 1 } qw(if while for switch);
my $type = qr/^(?:const|static|extern|unsigned|signed|struct|enum|union|void|char|short|int|long|float|double|bool
    |\w+_t|__\w+|float[1-4]|uchar4|half|uint|auto|volatile)$/x;

my $count = 0;
my $function = '';
my $squeezed = sub { my $line = shift; $line =~ s{\s*//.*}{}; $line =~ s/\s+/ /g; $line =~ s/^ | $//g; $line };

# change FROM TO NEW: one mutant, with text[FROM, TO) replaced.
sub change {
    my ($from, $to, $new) = @_;
    my $mutant = substr($text, 0, $from) . $new . substr($text, $to);
    my $first = rindex($text, "\n", $from) + 1;
    my $last = index($text, "\n", $to);
    my $before = substr($text, $first, $last - $first);
    my $after = substr($mutant, $first, $last - $first + length($new) - ($to - $from));
    my $line = 1 + (substr($text, 0, $from) =~ tr/\n//);
    my $name = sprintf '%04d', ++$count;
    open my $out, '>', "$folder/$name$end" or die "$folder/$name$end: $!\n";
    print $out $mutant;
    close $out or die "$folder/$name$end: $!\n";
    print join("\t", $name, $function, $line, $squeezed->($before), $squeezed->($after)), "\n";
}

# matching I: the token that closes the bracket at token I.
sub matching {
    my ($i) = @_;
    my $depth = 0;
    for (; $i < @tokens; $i++) {
        $depth++ if $tokens[$i][1] =~ /^[(\[{]$/;
        $depth-- if $tokens[$i][1] =~ /^[)\]}]$/;
        return $i if $depth == 0;
    }
    return $#tokens;
}

sub end_of { my ($t) = @_; return $t->[2] + length $t->[1] }

# Is there a value to the left of token I, so that a sign there stands between two?
sub is_binary {
    my ($i) = @_;
    return 0 if $i == 0;
    my ($kind, $word) = @{$tokens[$i - 1]};
    return 1 if $kind eq 'number' || $word =~ /^[)\]]$/;
    return $kind eq 'word' && $word !~ /^(?:return|case|else)$/ && $word !~ $type;
}

# mutate_number NUMBER FROM LESS: LESS if one more would change nothing.
sub mutate_number {
    my ($number, $from, $less) = @_;
    my $to = $from + length $number;
    if ($number =~ /^(0[xX][0-9A-Fa-f]+|\d+)([uUlL]*)$/) {
        my ($digits, $suffix) = ($1, $2);
        my $value = $digits =~ /^0/ ? oct $digits : $digits;
        my $form = $digits =~ /^0[xX]/ ? '0x%X%s' : '%d%s';
        change($from, $to, sprintf($form, $value + $_, $suffix)) for grep { $value + $_ >= 0 && !($less && $_ > 0) } 1, -1;
    } else {
        my $is_zero = $number =~ /^[0.]+(?:[eE].*)?[fFlL]*$/;
        change($from, $to, $is_zero ? '1.0f' : "(2 * $number)");
    }
}

# The condition of ?: at token I goes back to whatever it cannot reach over.
sub condition_start {
    my ($i) = @_;
    my $depth = 0;
    while ($i-- > 0) {
        my $word = $tokens[$i][1];
        $depth++ if $word =~ /^[)\]]$/;
        $depth-- if $word =~ /^[(\[]$/;
        last if $depth < 0 || $depth == 0 && $word =~ /^(?:[=,;{}?:]|[-+*\/%&|^]=|<<=|>>=|return)$/;
    }
    return $i + 1;
}

my ($braces, $parens) = (0, 0);
my $starts = 0; # does a statement start at this token?
my $names = 0;  # are we where a declaration names its variables, and not at their values?
my %control_end; # the ) of if (...) and the like
for my $i (0 .. $#tokens) {
    my ($kind, $word, $from) = @{$tokens[$i]};
    my $to = $from + length $word;
    my $next = $i < $#tokens ? $tokens[$i + 1][1] : '';
    if ($braces == 0 && $kind eq 'word' && $next eq '(' && $word !~ /^__/) {
        my $close = matching($i + 1);
        $function = $word if $close < $#tokens && $tokens[$close + 1][1] eq '{';
    }
    # --- statements ---
    if ($starts && $parens == 0 && $word !~ /^[{};]$/ && !$control{$word} && $word !~ /^(?:else|do|case|default)$/) {
        my $is_declaration = $word =~ $type || $kind eq 'word' && $i < $#tokens && $tokens[$i + 1][0] eq 'word' && $word ne 'return';
        $names = $is_declaration;
        my $at = $i;
        $at = $tokens[$at][1] =~ /^[(\[{]$/ ? matching($at) + 1 : $at + 1 while $at < @tokens && $tokens[$at][1] ne ';';
        my $is_last = $word eq 'return' && $braces == 1 && $at < $#tokens && $tokens[$at + 1][1] eq '}';
        change($from, $tokens[$at][2], '') unless $is_declaration || $is_last || $at > $#tokens;
    }
    if ($control{$word} && $next eq '(') {
        my $close = matching($i + 1);
        $control_end{$close} = 1;
        if ($word ne 'for' && $word ne 'switch') {
            my ($a, $b) = (end_of($tokens[$i + 1]), $tokens[$close][2]);
            change($a, $b, 'true') if $word eq 'if';
            change($a, $b, 'false');
        }
    }
    $braces++ if $word eq '{';
    $braces-- if $word eq '}';
    $parens++ if $word eq '(';
    $parens-- if $word eq ')';
    $starts = $braces > 0 && ($word =~ /^[{};]$/ || $word eq 'else' || $word eq 'do' || $control_end{$i});
    # --- operators, constants, ?: ---
    $names = 0 if $word =~ /^[=;{(]$/;
    if ($kind eq 'number') {
        mutate_number($word, $from, $names && $tokens[$i - 1][1] eq '[' && $next eq ']');
    } elsif ($word eq 'true' || $word eq 'false') {
        change($from, $to, $word eq 'true' ? 'false' : 'true');
    } elsif ($word eq '?') {
        my $start = $tokens[condition_start($i)][2];
        change($start, $from, $_) for 'true ', 'false ';
    } elsif ($word =~ /^[-!~]$/ && !is_binary($i)) {
        change($from, $to, '');
    } elsif ($instead{$word} && $parens + $braces > 0 && ($word =~ /^(?:\+\+|--)$/ || is_binary($i))) {
        change($from, $to, $_) for @{$instead{$word}};
    }
}
