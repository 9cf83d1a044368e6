Console.WriteLine("memkd");
