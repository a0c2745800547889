package org.registry2istio.tests;

import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Registers as its arguments say, with Spring Cloud's own settings, and stays until it is stopped. Its name must not be that of a
 * bean of theirs, such as EurekaClient.
 */
@SpringBootApplication
public class RegisteredApplication {
  public static void main(String[] arguments) throws InterruptedException {
    SpringApplication.run(RegisteredApplication.class, arguments);
    new CountDownLatch(1).await();
  }
}
