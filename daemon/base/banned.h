/* SPDX-License-Identifier: Apache-2.0 */
/* Include last in every .c file: functions that overflow, keep hidden state or read the locale. */
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef gmtime
#undef localtime
#undef ctime
#undef asctime
#undef strtok
#undef atoi
#undef atol
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf
#pragma GCC poison gmtime localtime ctime asctime strtok atoi atol
