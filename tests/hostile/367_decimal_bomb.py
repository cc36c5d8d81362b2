# expect: cpu_limit,timeout,error ; must: one power of decimals that takes hours is ended
import decimal


def make_walker():
    decimal.getcontext().prec = decimal.MAX_PREC // 10**10
    decimal.getcontext().Emax = decimal.MAX_EMAX
    x = decimal.Decimal(7) / 3
    while True:
        x = x * x ** 7
