// userspace WAN emulator between two network namespaces (two TUN devices, real kernel TCP on both ends).
// usage: wanem <tunA> <tunB> <one_way_delay_us> <rate_mbit(0=inf)> <loss_percent> <queue_ms> <gso 0|1>
// Each direction: FIFO, delay, optional serialisation rate + drop-tail queue, optional random loss.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include <stdint.h>
#include <poll.h>
#include <time.h>
#include <pthread.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
static uint64_t now_ns(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec*1000000000ull+t.tv_nsec;}
struct pkt{struct pkt*next;uint64_t due;uint32_t len;uint8_t d[];};
struct dir{int in,out;};
static uint64_t delay_ns;static double rate_bps;static double loss;static uint64_t queue_ns;static int gso;
static int tun_open(const char*n){int fd=open("/dev/net/tun",O_RDWR|O_NONBLOCK);if(fd<0){perror("tun");exit(1);}
 struct ifreq r;memset(&r,0,sizeof r);r.ifr_flags=IFF_TUN|IFF_NO_PI|IFF_VNET_HDR;strncpy(r.ifr_name,n,IFNAMSIZ-1);
 if(ioctl(fd,TUNSETIFF,&r)<0){perror("TUNSETIFF");exit(1);}
 unsigned off=gso?(TUN_F_CSUM|TUN_F_TSO4|TUN_F_TSO6):TUN_F_CSUM;if(ioctl(fd,TUNSETOFFLOAD,off)<0)perror("TUNSETOFFLOAD");return fd;}
static void*run(void*a){struct dir*d=a;struct pkt*h=0,**t=&h;uint64_t freeat=0;static __thread uint8_t buf[70000];unsigned short xs[3]={1,2,(unsigned short)d->in};
 prctl(PR_SET_TIMERSLACK,1000);
 for(;;){uint64_t n=now_ns();
  while(h&&h->due<=n){struct pkt*p=h;if(write(d->out,p->d,p->len)<0&&errno!=EAGAIN&&errno!=EIO&&errno!=EINVAL)perror("write");h=p->next;if(!h)t=&h;free(p);}
  int got=0;for(int i=0;i<64;i++){ssize_t l=read(d->in,buf,sizeof buf);if(l<=0)break;got=1;n=now_ns();
   if(loss>0&&erand48(xs)*100<loss)continue;
   uint64_t start=n;
   if(rate_bps>0){if(freeat<n)freeat=n;if(freeat-n>queue_ns)continue;freeat+=(uint64_t)((l-10)*8e9/rate_bps);start=freeat;}
   struct pkt*p=malloc(sizeof*p+l);p->next=0;p->due=start+delay_ns;p->len=l;memcpy(p->d,buf,l);*t=p;t=&p->next;}
  if(got)continue;
  struct pollfd f={d->in,POLLIN,0};struct timespec ts,*tp=0;if(h){n=now_ns();int64_t w=(int64_t)(h->due-n);if(w<=0)continue;ts.tv_sec=w/1000000000;ts.tv_nsec=w%1000000000;tp=&ts;}
  ppoll(&f,1,tp,0);}
 return 0;}
int main(int c,char**v){if(c<8)return 1;delay_ns=atoll(v[3])*1000ull;rate_bps=atof(v[4])*1e6;loss=atof(v[5]);queue_ns=(uint64_t)(atof(v[6])*1e6);gso=atoi(v[7]);
 int a=tun_open(v[1]),b=tun_open(v[2]);puts("ready");fflush(stdout);
 struct dir d1={a,b},d2={b,a};pthread_t t;pthread_create(&t,0,run,&d1);run(&d2);}
