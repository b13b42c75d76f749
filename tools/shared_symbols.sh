#!/bin/sh
echo '.section .note.GNU-stack,"",@progbits'
