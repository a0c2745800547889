package org.registry2istio.tests;

import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Registers as its arguments say, with Spring Cloud's own settings, and stays until it is stopped. */
@SpringBootApplication
public class EurekaClient {
  public static void main(String[] arguments) throws InterruptedException {
    SpringApplication.run(EurekaClient.class, arguments);
    new CountDownLatch(1).await();
  }
}
